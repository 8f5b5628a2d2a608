"""Which aspects a domain has."""

from __future__ import annotations

from service.aspects.schema import DEFAULT_ASPECTS, AspectSchema, AspectSchemas


def test_a_domain_has_its_own_aspects_those_of_any_or_the_default() -> None:
    own, of_any = {"taste": "sweet or salty"}, {"use": "what for"}
    assert AspectSchemas({}).of("films") == AspectSchema(DEFAULT_ASPECTS, 3)
    schemas = AspectSchemas({"food": own}, max_values=5)
    assert schemas.of("food") == AspectSchema(own, 5)
    assert schemas.of("films").aspects == DEFAULT_ASPECTS
    assert AspectSchemas({"food": own, "*": of_any}).of("films").aspects == of_any


def test_the_answer_has_a_list_of_texts_for_each_aspect_and_nothing_else() -> None:
    schema = AspectSchema({"mood": "m", "style": "s"}).only(["style", "other"])
    texts = {"type": "array", "items": {"type": "string"}}
    assert schema.json_schema() == {
        "type": "object",
        "properties": {"style": texts},
        "required": ["style"],
        "additionalProperties": False,
    }
