"""The risk that an interface or a device fails, learned from what the network itself recorded."""
