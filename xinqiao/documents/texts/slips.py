"""Half a page to take home: receipt with the query code, guidance slip. Big type, few words."""

from xinqiao.documents.blocks import big, free_part, item_text, numbered, plain, say, sentence


def receipt(data: dict) -> list[dict]:
    """F-02 查询告知单 (P3, R-18, R-21)."""
    title = [plain(f"事项：{data['matter_title']}")] if data.get("matter_title") else []
    groups = data.get("content_hash", "")
    words = " ".join(groups[at : at + 8] for at in range(0, len(groups), 8))
    digest = [plain(f"内容校验值：{words}（内容改动一个字，这个值就不一样）")] if groups else []
    return [
        big("信访件编号", _grouped_number(say(data, "matter_number"))),
        big("查询码", _grouped(say(data, "query_code"))),
        *title,
        plain(f"收到日期：{say(data, 'received_on')}"),
        plain(f"{say(data, 'due_on')}前，会告诉您由哪个单位办理、是否受理。"),
        plain(f"怎样查询：扫二维码，或者打开 {say(data, 'query_url')}，输入编号和查询码；也可以打电话或者到窗口查询。"),
        plain(f"咨询电话：{say(data, 'handler_phone')}"),
        *digest,
        {"block": "strong", "text": "请妥善保管查询码，不要告诉他人。"},
    ]


def _grouped_number(number: str) -> str:
    """As people read it out: division, day, sequence, check."""
    return f"{number[:6]} {number[6:14]} {number[14:18]} {number[18:]}" if len(number) == 19 else number


def _grouped(code: str) -> str:
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4)) if code.isalnum() and len(code) > 6 else code


def guidance_slip(data: dict) -> list[dict]:
    """F-06 引导告知单 (R-20, R-22(2))."""
    blocks = [
        plain(
            f"您于{say(data, 'received_on')}反映的情况已经登记，信访件编号：{_grouped_number(say(data, 'matter_number'))}。"
        ),
        big("请到这里办理", say(data, "competent_organ")),
        plain(f"地址：{say(data, 'contact_address')}"),
        plain(f"办公时间：{say(data, 'opening_hours')}"),
        plain(f"咨询电话：{data.get('receiving_phone') or say(data, 'handler_phone')}"),
        plain(
            f"为什么：{sentence(say(data, 'legal_basis'))}{sentence(item_text(data['reasons'])) if data.get('reasons') else ''}"
        ),
        plain("请带上："),
        *numbered(data.get("documents_to_bring")),
    ]
    return [*blocks, *free_part(data)]
