"""What an inventory is read from: one file for each form, and the variable files beside them."""
