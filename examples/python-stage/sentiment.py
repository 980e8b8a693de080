"""Says how a text sounds: a stage for Millrace in Python. Replace `work` by your own."""

from millrace_stage import Stage

CONTRACT = {
    "description": "Says whether a text sounds positive, negative or neutral.",
    "input": {
        "type": "object",
        "properties": {"text": {"type": "string", "maxLength": 20000}},
        "required": ["text"],
    },
    "output": {
        "type": "object",
        "properties": {
            "sentiment": {"type": "string", "enum": ["positive", "neutral", "negative"]},
            "score": {"type": "number", "minimum": -1, "maximum": 1},
        },
        "required": ["sentiment", "score"],
    },
}
GOOD = {"thank", "thanks", "great", "good", "love", "perfect", "happy", "excellent"}
BAD = {"bad", "broken", "angry", "terrible", "lost", "never", "awful", "disappointed"}


def work(given, run):
    words = [word.strip(".,!?").lower() for word in given["text"].split()]
    balance = sum(word in GOOD for word in words) - sum(word in BAD for word in words)
    sentiment = "positive" if balance > 0 else "negative" if balance < 0 else "neutral"
    return {"sentiment": sentiment, "score": max(-1, min(1, balance / 3))}


if __name__ == "__main__":
    Stage("sentiment", CONTRACT, work).serve()
