// SPDX-License-Identifier: MIT
// The JSON Schema of a config's `objective` section.
#include <hone/json_text.hpp>

#include "command.hpp"

namespace hone::cli {
namespace {

constexpr std::string_view text = R"({
  "type": "object",
  "description": "The program that is tuned.",
  "required": ["command"],
  "additionalProperties": false,
  "$defs": {
    "part": {"anyOf": [{"type": ["string", "number"]}, {"type": "array", "items": {"$ref": "#/properties/objective/$defs/part"}}]},
    "duration": {"type": ["string", "number"], "examples": ["90s", "10m", "1.5h"]},
    "report": {
      "type": "object", "additionalProperties": false,
      "properties": {
        "regex": {"type": "string", "description": "Groups step and value, by name or position; without a step the lines are counted."},
        "json": {
          "description": "The members of a JSON line.",
          "anyOf": [
            {"type": "string"},
            {"type": "object", "required": ["value"], "additionalProperties": false,
             "properties": {"step": {"type": "string"}, "value": {"type": "string"}}}
          ]
        },
        "metric": {"type": "string", "description": "A series of its own; without it, of the study's one objective."}
      }
    },
    "template": {
      "type": "object", "required": ["from", "to"], "additionalProperties": false,
      "properties": {"from": {"type": "string"}, "to": {"type": "string"}}
    }
  },
  "properties": {
    "command": {
      "description": "The program and its arguments. {name} is a parameter; {trial}, {study}, {workdir}, {params_file}, {config_dir} and {resume_step} are known as well. A nested list is left out when a parameter in it is inactive, or when it has {resume_step} and the trial does not resume.",
      "anyOf": [{"type": "array", "minItems": 1, "items": {"$ref": "#/properties/objective/$defs/part"}}, {"type": "string"}]
    },
    "shell": {"type": "boolean", "default": false, "description": "Run the command by sh -c."},
    "env": {"type": "object", "additionalProperties": {"type": ["string", "number"]}, "description": "More environment variables."},
    "params_file": {"type": "string", "description": "Write all parameters to this JSON file."},
    "template": {
      "description": "Files that are filled in: {name} is replaced; a line with an inactive parameter is left out.",
      "anyOf": [{"$ref": "#/properties/objective/$defs/template"}, {"type": "array", "items": {"$ref": "#/properties/objective/$defs/template"}}]
    },
    "result": {
      "type": "object", "additionalProperties": false,
      "description": "Where the objective values are; by default the last line that is a number.",
      "properties": {
        "json": {"description": "Members of the last JSON line that has them.", "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "regex": {"type": "string", "description": "The last line that matches; one group per objective."},
        "file": {"type": "string", "description": "Read from this file instead of the standard output."}
      }
    },
    "report": {
      "description": "Intermediate values in the output.",
      "anyOf": [{"$ref": "#/properties/objective/$defs/report"}, {"type": "array", "items": {"$ref": "#/properties/objective/$defs/report"}}]
    },
    "timeout": {"$ref": "#/properties/objective/$defs/duration", "description": "Of one trial, which then fails."},
    "grace": {"$ref": "#/properties/objective/$defs/duration", "default": "5s", "description": "Between SIGTERM and SIGKILL."},
    "workdir": {"type": "string", "description": "A working directory for each trial, such as runs/{trial}."},
    "output": {"type": "string", "description": "The folder for the trials' output."},
    "protocol": {"enum": ["lines", "jsonl"], "default": "lines", "description": "jsonl: a long-lived program that speaks JSON lines."}
  }
})";

}  // namespace

Json objective_schema() { return parse_json(text, "objective schema"); }

}  // namespace hone::cli
