"""An app on its host: its layout, releases, processes and history."""
