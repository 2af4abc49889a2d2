// What every rung of the ladder is measured against.
#ifndef LADDER_RELEASE_GATE_H_
#define LADDER_RELEASE_GATE_H_

#include <gatetest/gatetest.h>

#include "tiny_model.h"

inline gatetest::Gate ReleaseGate() {
  return {.baseline = TinyModel("f16"),
          .tasks = {gatetest::ExactMatch(TinyData("skills.jsonl"),
                                         {.generate = {.stop = {"\n"}, .max_tokens = 24}}),
                    gatetest::MultipleChoice(TinyData("choices.jsonl")),
                    gatetest::MultipleChoice(TinyData("cloze.jsonl"),
                                             {.score = gatetest::ChoiceScore::kAccBytes}),
                    gatetest::Corpus(TinyData("heldout_64k.txt"), {.name = "prose"})}};
}

#endif  // LADDER_RELEASE_GATE_H_
