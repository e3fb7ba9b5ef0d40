"""The end of a run as a message to a chat (Slack and whoever takes the same JSON), by Prefect's own block.

    MIGRAINE_OUTCOMES_NOTIFY="python notify_chat.py"      what run and serve call at the end of each run
    CHAT_WEBHOOK="https://..."                            the incoming webhook of the channel

The message says what was published, what changed since the snapshot before and which findings are new, or why nothing was.
"""

import json
import os
import sys
from pathlib import Path

from prefect.blocks.notifications import CustomWebhookNotificationBlock

notice = json.load(sys.stdin)
study = Path(notice["study_folder"]).name
CustomWebhookNotificationBlock(
    name="chat", url=os.environ["CHAT_WEBHOOK"], json_data={"text": "{{subject}}: {{body}}"}
).notify(subject=f"{study} {notice['state']}", body=notice["message"])
