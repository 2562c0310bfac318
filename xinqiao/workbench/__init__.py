"""The officers' workbench (工作台): log-in, the queue, the case page, the registration window; below `/desk/`."""
