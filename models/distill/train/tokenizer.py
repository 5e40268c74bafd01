"""The tokenizer: SentencePiece BPE as llama.cpp reads it (tokenizer.ggml.model "llama")."""
import io
import json
from pathlib import Path
from typing import Iterator, List

import sentencepiece

from .corpus import SCAFFOLD, Field

UNKNOWN, BEGIN, END = 0, 1, 2
# How often each value is shown on top of the corpus: enough to be merged into one token early.
_EMPHASIS = 3000
_VALUE_LETTERS_MAX = 40
_SENTENCES_MAX = 60_000


def _sentences(examples: List[dict], fields: List[Field]) -> Iterator[str]:
    stride = max(1, len(examples) // _SENTENCES_MAX)
    for example in examples[::stride]:
        yield example["prompt"]
        yield example["answer"]
    for field in fields:
        for value in field.values:
            # Between scaffold tokens, as in an answer, so that it is merged as a word of its own.
            yield from ('{"pays":"' + value + '"}' for _ in range(_EMPHASIS))


def train_tokenizer(examples: List[dict], fields: List[Field], vocabulary: int, run: Path) -> None:
    """Writes tokenizer.model and tokenizer.json (the user-defined symbols) into the run's folder.

    The scaffold's pieces are user-defined symbols. Values (yes, accept …) are ordinary pieces: as
    user-defined symbols they would be cut out of the middle of words of every prompt.
    """
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=_sentences(examples, fields),
        model_writer=model,
        model_type="bpe",
        vocab_size=vocabulary,
        byte_fallback=True,
        # Prompts hold bucket numbers, not quantities: each is best one token, as any word.
        split_digits=False,
        split_by_number=False,
        split_by_unicode_script=False,
        allow_whitespace_only_pieces=True,
        max_sentence_length=8192,
        max_sentencepiece_length=_VALUE_LETTERS_MAX,
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        normalization_rule_name="identity",
        user_defined_symbols=SCAFFOLD,
        unk_id=UNKNOWN,
        bos_id=BEGIN,
        eos_id=END,
        pad_id=-1,
        character_coverage=0.9995,
        num_threads=1,
        minloglevel=2,
    )
    (run / "tokenizer.model").write_bytes(model.getvalue())
    (run / "tokenizer.json").write_text(json.dumps({"symbols": SCAFFOLD}, ensure_ascii=False))


def load_tokenizer(run: Path) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_file=str(run / "tokenizer.model"))


def value_tokens(tokenizer: sentencepiece.SentencePieceProcessor, field: Field) -> List[int]:
    """The one token of each value; an error names a value that needs several."""
    tokens = []
    for value in field.values:
        ids = tokenizer.encode(value)
        if len(ids) != 1:
            pieces = [tokenizer.id_to_piece(i) for i in ids]
            raise ValueError(f"{field.key}: {value} is not one token but {pieces}")
        tokens.append(ids[0])
    if len(set(tokens)) != len(tokens):
        raise ValueError(f"{field.key}: two values share a token")
    return tokens
