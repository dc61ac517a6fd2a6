"""Budgets in a member account of an organization whose payer has not enabled them."""

from collections.abc import Iterable
from typing import Any, NoReturn

from engine.host import ApiError
from engine.services import shapes
from engine.services.service import Created, Permission, Properties, Service


class MemberBudgets(Service):
    """Refuses everything, as an API and as a resource type."""

    name = "budgets"

    def __init__(self, account: str) -> None:
        self._account = account
        changing = ("CreateBudget", "UpdateBudget", "DeleteBudget")
        self.actions = {
            **dict.fromkeys(("DescribeBudget", "DescribeBudgets"), "ViewBudget"),
            **dict.fromkeys(changing, "ModifyBudget"),
        }
        self.operations = dict.fromkeys(shapes.model(self.name).operation_names, self._refuse)
        self.types = {"AWS::Budgets::Budget": self}

    def _refuse(self, *_: Any) -> NoReturn:
        raise ApiError(
            "AccessDeniedException",
            f"Account {self._account} is a linked account. To enable budgets for your account, ask the payer "
            "account to enable budgets first.",
        )

    def create(self, logical_id: str, props: Properties, stack: str) -> Created:
        self._refuse()

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        self._refuse()

    def delete(self, physical_id: str, props: Properties) -> None:
        """No budget can exist."""

    def calls(self, *_: Any) -> Iterable[Permission]:
        return ()
