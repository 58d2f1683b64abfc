"""Bodies that are taken, by operation: they are tried first, so that what follows has something to go wrong with."""

import company as made_up

FLAGSHIP = "当客户30天内复购两次且客单价>500元,自动升级为钻石会员"
SENTENCE = "当客户30天内投诉至少1次,标记为需要关怀"
EVENT = {"specversion": "1.0", "id": "x-1", "source": "check", "type": "order.placed", "time": "2026-06-01T10:00:00+08:00", "data": {"who": [{"scheme": "member_no", "value": "C1"}]}}


def bodies(company: dict) -> dict:
    """One or more bodies for each operation that takes something particular."""
    ids = company["ids"]
    provider = {"label": "x", "issuer": company["issuer"], "client_id": "x", "client_secret": "x"}
    proof = {"password": made_up.PASSWORD}
    read = {"sentence": FLAGSHIP, "answers": {"first_purchase": "yes"}}
    by_amount = {"is": {"field": "amount", "op": "at_least", "value": 1}}
    return {
        "add_comment": [{"text": "x"}, {"text": f"@[{ids['members'][0]}] x"}],
        "add_api_key": [{"name": "x", "role": ids["roles"][0]}],
        "add_attachment": ["甲方：云禾母婴"],
        "add_field": [{"label": {"zh": "面积", "en": "area"}, "type": "number"}],
        "add_invitation": [{"email": "a@example.com", "role": ids["roles"][0], "language": "zh"}],
        "add_object": [{"label": {"zh": "门店", "en": "store"}}],
        "add_provider": [provider],
        "add_record": [{"values": {"name": "新的"}}],
        "add_role": [{"name": "新的", "rights": ["rules.read"], "records": {"objects": {"deal": {"read": "some", "write": "own", "condition": by_amount}}}}],
        "add_rule": [{"sentence": SENTENCE}],
        "add_source": [{"name": "x"}],
        "add_team": [{"name": "x", "members": ids["people"][:1]}],
        "add_view": [{"name": "x", "body": {"filter": by_amount, "sort": [{"field": "amount"}]}, "shared": True}],
        "begin_authenticator": [proof],
        "begin_passkey": [proof],
        "begin_provider_sign_in": [{"provider": ids["providers"][0]}],
        "bulk_records": [{"list": {"filter": by_amount}, "act": "change", "values": {"next_step": "x"}}],
        "change_comment": [{"text": "改"}],
        "change_field": [{"required": False}],
        "try_formula": [{"formula": "1 + 1"}],
        "preview_conversion": [{"type": "long_text"}],
        "convert_field": [{"type": "text"}],
        "change_object": [{"icon": "visit"}],
        "change_person": [{"name": "x"}],
        "change_provider": [provider],
        "change_record": [{"values": {"next_step": "改"}}],
        "change_role": [{"name": "改", "rights": ["rules.read"]}],
        "change_rule": [{"on": True}],
        "change_sign_in_settings": [{"address": "https://crm.example.com"}],
        "change_task": [{"done": True}],
        "change_team": [{"name": "改"}],
        "change_view": [{"name": "改", "body": {}}],
        "count_records": [{}, {"trashed": True}],
        "declare_kinds": [[{"name": "lesson.attended", "label": {"zh": "上课", "en": "lesson"}, "words_en": ["attend a lesson"]}]],
        "edit_rule": [read],
        "get_board": [{"list": {}, "by": "stage", "sum": "amount"}],
        "list_records": [{"limit": 50}, {"trashed": True}, {"filter": by_amount, "sort": [{"field": "amount"}], "limit": 1}],
        "open_original": [{"event": ids["events"][0], "index": 0}],
        "read_edit": [read],
        "read_sentence": [{"sentence": SENTENCE}, {"sentence": FLAGSHIP}],
        "read_notices": [{}],
        "reveal_field": [{"field": "phone"}, {"field": "next_step"}],
        "send_events": [EVENT],
        "send_segment": [{"type": "track", "event": "Order Completed", "userId": "C1", "messageId": "m-1", "timestamp": "2026-06-01T10:00:00+08:00", "properties": {}}],
        "set_following": [{"following": True}],
        "set_notice_choices": [{"mention": True, "comment": True, "change": True, "owner": True}],
        "set_favourite": [{"object": company["object_of"][ids["records"][-1]], "record": ids["records"][-1], "starred": True}],
        "set_mail": [{"host": "127.0.0.1", "port": 1, "privacy": "none", "from": "a@example.com"}],
        "share_record": [{"with": ids["people"][0], "writes": True}],
        "undo_change": [{"force": True}],
    }
