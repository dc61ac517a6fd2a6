"""Redshift Serverless: namespaces and workgroups."""

import secrets
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from engine.host import ApiError, Host, InvalidError
from engine.services.service import Params, Permission, Service, caller
from engine.warehouse.cloudformation import ServerlessType
from engine.warehouse.users import log_in

NAMESPACE, WORKGROUP = "namespace", "workgroup"
_RPUS = {4, *range(8, 513, 8), *range(544, 1025, 32)}
# The default capacity of a workgroup.
_BASE_RPUS = 128
_CREDENTIAL_SECONDS = 900
# Calls of CreateNamespace in its caller's name when the service keeps the admin's password.
_SECRET_ACTIONS = ("CreateSecret", "DescribeSecret", "RotateSecret", "TagResource")


class RedshiftServerless(Service):
    """Resources are available as soon as they are created; AWS takes minutes."""

    name = "redshift-serverless"

    def __init__(self, host: Host) -> None:
        self._arn = f"arn:aws:redshift-serverless:{host.region}:{host.account}"
        self._secrets = f"arn:aws:secretsmanager:{host.region}:{host.account}:secret:redshift!"
        self.kept: dict[str, dict[str, dict[str, Any]]] = {NAMESPACE: {}, WORKGROUP: {}}
        self._tags: dict[str, list[dict[str, str]]] = {}
        self.types = {
            "AWS::RedshiftServerless::Namespace": ServerlessType(self, "Namespace"),
            "AWS::RedshiftServerless::Workgroup": ServerlessType(self, "Workgroup"),
        }
        self.operations = {
            "CreateNamespace": self._create_namespace,
            "CreateWorkgroup": self._create_workgroup,
            "GetCredentials": self._credentials,
            "ListTagsForResource": lambda params: {"tags": self._tags.get(params["resourceArn"], [])},
        }
        for kind in (NAMESPACE, WORKGROUP):
            noun = kind.capitalize()
            self.operations |= {
                f"Get{noun}": partial(self._get, kind),
                f"Update{noun}": partial(self._update, kind),
                f"Delete{noun}": partial(self._delete, kind),
                f"List{noun}s": partial(self._list, kind),
            }

    def resource_arn(self, operation: str, params: Params) -> str:
        """ARNs end in an id of the service's, not in the name."""
        kind = NAMESPACE if "Namespace" in operation else WORKGROUP
        record = self.kept[kind].get(params.get(f"{kind}Name", ""))
        return str(record[f"{kind}Arn"]) if record else f"{self._arn}:{kind}/*"

    def further(self, operation: str, params: Params) -> Iterable[Permission]:
        for role in params.get("iamRoles", []):
            yield "iam:PassRole", role, {"iam:PassedToService": "redshift-serverless.amazonaws.com"}
        if params.get("manageAdminPassword"):
            for action in _SECRET_ACTIONS:
                yield f"secretsmanager:{action}", f"{self._secrets}*", {}

    def tagged(self) -> Iterator[tuple[str, dict[str, str]]]:
        kept = [each[f"{kind}Arn"] for kind, records in self.kept.items() for each in records.values()]
        for arn in kept:
            yield arn, {tag["key"]: tag["value"] for tag in self._tags[arn]}

    def find(self, kind: str, params: Params) -> dict[str, Any]:
        name = params[f"{kind}Name"]
        if name not in self.kept[kind]:
            raise ApiError("ResourceNotFoundException", f"Could not find {kind} {name}.")
        return self.kept[kind][name]

    def _get(self, kind: str, params: Params) -> dict[str, Any]:
        return {kind: self.find(kind, params)}

    def _list(self, kind: str, params: Params) -> dict[str, Any]:
        return {f"{kind}s": list(self.kept[kind].values())}

    def _create_namespace(self, params: Params) -> dict[str, Any]:
        record = self._create(NAMESPACE, {"dbName": "dev", **params})
        record |= self._admin(params)
        # Facts of the database without an API: who has logged in, and who may use the catalog.
        record |= {"users": set(), "granted": set()}
        return {NAMESPACE: record}

    def _admin(self, params: Params) -> dict[str, str]:
        """The admin of a namespace whose password the service keeps."""
        if not params.get("manageAdminPassword"):
            return {}
        admin = params.get("adminUsername", "admin")
        arn = f"{self._secrets}{params['namespaceName']}-{admin}-{secrets.token_hex(3)}"
        return {"adminUsername": admin, "adminPasswordSecretArn": arn}

    def _create_workgroup(self, params: Params) -> dict[str, Any]:
        self.find(NAMESPACE, params)
        if self._workgroup_of(params["namespaceName"]):
            raise ApiError("ConflictException", f"Namespace {params['namespaceName']} has a workgroup.")
        wanted = {"baseCapacity": _BASE_RPUS, "port": 5439, **params}
        self._check_capacity(wanted)
        return {WORKGROUP: self._create(WORKGROUP, wanted)}

    def _workgroup_of(self, namespace: str) -> bool:
        return any(each["namespaceName"] == namespace for each in self.kept[WORKGROUP].values())

    def _create(self, kind: str, params: Params) -> dict[str, Any]:
        name, key = params[f"{kind}Name"], str(uuid.uuid4())
        if name in self.kept[kind]:
            raise ApiError("ConflictException", f"{kind.capitalize()} {name} already exists.")
        record = {
            **params,
            f"{kind}Id": key,
            f"{kind}Arn": f"{self._arn}:{kind}/{key}",
            "status": "AVAILABLE",
            "creationDate": time.time(),
        }
        self._tags[record[f"{kind}Arn"]] = params.get("tags", [])
        self.kept[kind][name] = record
        return record

    def _update(self, kind: str, params: Params) -> dict[str, Any]:
        record = self.find(kind, params)
        if kind == WORKGROUP:
            self._check_capacity({**record, **params})
        record |= params
        if "adminPasswordSecretArn" not in record:
            record |= self._admin(params)
        return {kind: record}

    def _delete(self, kind: str, params: Params) -> dict[str, Any]:
        record = self.find(kind, params)
        if kind == NAMESPACE and self._workgroup_of(record["namespaceName"]):
            raise ApiError("ConflictException", f"Namespace {record['namespaceName']} has a workgroup.")
        del self.kept[kind][record[f"{kind}Name"]]
        return {kind: {**record, "status": "DELETING"}}

    def _check_capacity(self, workgroup: Mapping[str, Any]) -> None:
        base, most = workgroup["baseCapacity"], workgroup.get("maxCapacity")
        if base not in _RPUS or (most is not None and (most not in _RPUS or most < base)):
            raise InvalidError(f"Capacity of {base} to {most} RPUs is not supported.")

    def _credentials(self, params: Params) -> dict[str, Any]:
        workgroup = self.find(WORKGROUP, params)
        user = log_in(self.kept[NAMESPACE][workgroup["namespaceName"]], caller().arn)
        expires = time.time() + _CREDENTIAL_SECONDS
        return {"dbUser": user, "dbPassword": secrets.token_urlsafe(24), "expiration": expires}
