"""部门数据: what departments send, tied to persons of the registry, kept as columns without identity."""
