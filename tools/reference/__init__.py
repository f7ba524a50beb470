"""What pages say of the code, written from the code."""
