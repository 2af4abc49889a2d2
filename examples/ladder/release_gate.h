// What every rung of the ladder is measured against, and what it has to meet to ship.
#ifndef LADDER_RELEASE_GATE_H_
#define LADDER_RELEASE_GATE_H_

#include <gatetest/gatetest.h>

#include <vector>

#include "tiny_model.h"

inline gatetest::Gate ReleaseGate() {
  return {.baseline = TinyModel("f16"),
          .tasks = {gatetest::ExactMatch(TinyData("skills.jsonl"),
                                         {.generate = {.stop = {"\n"}, .max_tokens = 24}}),
                    gatetest::MultipleChoice(TinyData("choices.jsonl")),
                    gatetest::MultipleChoice(TinyData("cloze.jsonl"),
                                             {.score = gatetest::ChoiceScore::kAccBytes}),
                    gatetest::Corpus(TinyData("heldout_64k.txt"), {.name = "prose"})},
          .requirements = {{gatetest::Metric::kRetention, 0.9},
                           {gatetest::Metric::kPerplexityRatio, 1.05}}};
}

inline std::vector<gatetest::ModelPtr> Rungs() {
  return {TinyModel("int8"), TinyModel("int4"), TinyModel("int3"), TinyModel("int2")};
}

#endif  // LADDER_RELEASE_GATE_H_
