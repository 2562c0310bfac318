"""Information reporting (信息上报), screening (排查) and meetings (研判例会): what units tell upwards, about matters and never about persons."""
