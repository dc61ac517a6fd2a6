"""What makes a service out of one file: botocore's model does the rest (engine/README.md)."""

from engine.services.service import Caller, Created, Permission, Properties, ResourceType, Service, caller

__all__ = ["Caller", "Created", "Permission", "Properties", "ResourceType", "Service", "caller"]
