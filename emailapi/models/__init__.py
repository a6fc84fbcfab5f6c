"""Records: the arguments and results of the client's methods. Plain attrs classes without I/O."""
