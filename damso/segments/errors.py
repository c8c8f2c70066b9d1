"""What can be wrong with a rule or a segment."""

from damso.kernel.errors import AppError
from damso.kernel.i18n import Text


class RuleInvalid(AppError):
    code = "RULE_INVALID"
    status = 422
    text = Text("조건을 확인해 주세요.", "Please check the rule.")


class SegmentNameTaken(AppError):
    code = "SEGMENT_NAME_TAKEN"
    status = 409
    text = Text("같은 이름의 세그먼트가 이미 있어요.", "There is a segment of this name already.")


class ComputedNameTaken(AppError):
    code = "COMPUTED_NAME_TAKEN"
    status = 409
    text = Text("같은 이름의 계산 속성이 이미 있어요.", "There is a computed trait of this name already.")


class ComputedInUse(AppError):
    code = "COMPUTED_IN_USE"
    status = 409
    text = Text(
        "세그먼트({names})가 이 계산 속성을 쓰고 있어요. 먼저 그 조건에서 빼 주세요.",
        "Segments ({names}) use this computed trait. Take it out of their rules first.",
    )


class TooManyComputed(AppError):
    code = "TOO_MANY_COMPUTED"
    status = 409
    text = Text("계산 속성은 {limit}개까지 만들 수 있어요.", "Up to {limit} computed traits can be made.")


class SegmentInUse(AppError):
    code = "SEGMENT_IN_USE"
    status = 409
    text = Text(
        "다른 세그먼트({names})가 이 세그먼트를 쓰고 있어요. 먼저 그 조건에서 빼 주세요.",
        "Other segments ({names}) use this one. Take it out of their rules first.",
    )
