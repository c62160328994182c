"""An app's life on a host: its layout, its releases, who they belong to, and what is kept of them."""
