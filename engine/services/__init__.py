"""Makes a service out of one file with botocore's model (engine/README.md)."""

from engine.services.service import Caller, Created, Permission, Properties, ResourceType, Service, caller

__all__ = ["Caller", "Created", "Permission", "Properties", "ResourceType", "Service", "caller"]
