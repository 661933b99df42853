// SPDX-License-Identifier: MIT
#include "objective_config.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include <hone/distribution_json.hpp>
#include <hone/error.hpp>
#include <hone/json_text.hpp>

namespace hone::cli {
namespace {

const std::string section = "objective";

bool is_placeholder_word(const std::string& name) {
  const std::vector<std::string> words = placeholder_words();
  return std::ranges::find(words, name) != words.end();
}

class Reader {
 public:
  Reader(const StudyConfig& config, ObjectiveConfig& result) : json_(config.objective), result_(result) {}

  void read() {
    if (json_.is_null()) {
      throw ConfigError(
          "the config has no \"objective\"; say which program to run, such as "
          "\"objective\": {\"command\": [\"./train\", \"--lr\", \"{lr}\"]}");
    }
    if (json_.as_object() == nullptr) {
      throw ConfigError("expected an object, found " + std::string(json_.type_name()), section);
    }
    check_members(json_,
                  {"command", "shell", "env", "params_file", "template", "result", "report", "timeout", "grace",
                   "workdir", "output", "protocol"},
                  section);
    read_protocol();
    result_.shell = boolean("shell");
    read_command();
    read_environment();
    read_files();
    result_.result = result_format_from(json_.find("result"), result_.objectives);
    if (result_.result.file) check_names(*result_.result.file, path("result.file"), false);
    result_.reports = report_formats_from(json_.find("report"), result_.objectives);
    result_.timeout = duration("timeout");
    result_.grace = duration("grace").value_or(result_.grace);
    if (const std::string* folder = string("output")) result_.output = *folder;
    if (result_.protocol == ObjectiveConfig::Protocol::jsonl) refuse_what_jsonl_has_no_use_for();
  }

 private:
  static std::string path(std::string_view key) { return section + "." + std::string(key); }

  [[noreturn]] static void wrong(std::string_view key, const std::string& expected, const Json& found) {
    throw ConfigError("expected " + expected + ", found " + std::string(found.type_name()), path(key));
  }

  const Json* member(std::string_view key) const {
    const Json* found = json_.find(key);
    return found == nullptr || found->is_null() ? nullptr : found;
  }
  bool boolean(std::string_view key) const {
    const Json* found = member(key);
    if (found == nullptr) return false;
    if (found->as_bool() == nullptr) wrong(key, "true or false", *found);
    return *found->as_bool();
  }
  const std::string* string(std::string_view key) const {
    const Json* found = member(key);
    if (found == nullptr) return nullptr;
    if (found->as_string() == nullptr) wrong(key, "a string", *found);
    return found->as_string();
  }
  std::optional<std::chrono::milliseconds> duration(std::string_view key) const {
    const Json* found = member(key);
    if (found == nullptr) return std::nullopt;
    const std::optional<std::chrono::milliseconds> read = duration_from(*found);
    if (!read)
      throw ConfigError("expected a duration such as 90, \"90s\" or \"10m\", found " + to_json_text(*found), path(key));
    return read;
  }

  void read_protocol() {
    const std::string* protocol = string("protocol");
    if (protocol == nullptr || *protocol == "lines") return;
    if (*protocol != "jsonl") {
      throw ConfigError("unknown protocol '" + *protocol +
                            "'; there are \"lines\" (a program a trial, the default) and "
                            "\"jsonl\" (a long-lived program)",
                        path("protocol"));
    }
    result_.protocol = ObjectiveConfig::Protocol::jsonl;
  }

  void refuse_what_jsonl_has_no_use_for() const {
    for (const char* key : {"result", "report", "params_file", "template"}) {
      if (member(key) != nullptr) {
        throw ConfigError(
            "has no use with \"protocol\": \"jsonl\", where a program is told its parameters and answers "
            "in JSON lines; remove one of the two",
            path(key));
      }
    }
  }

  const DeclaredParameter* parameter(const std::string& name) const {
    const auto found = std::ranges::find(result_.space, name, &DeclaredParameter::name);
    return found == result_.space.end() ? nullptr : &*found;
  }

  void check_names(const TextTemplate& text, const std::string& where, bool may_be_inactive) const {
    for (const std::string& name : text.names()) {
      const DeclaredParameter* declared = parameter(name);
      const bool is_word = declared == nullptr && is_placeholder_word(name);
      if (declared == nullptr && !is_word) throw ConfigError(no_such_parameter(name), where);
      if (result_.protocol == ObjectiveConfig::Protocol::jsonl &&
          !(is_word && (name == "study" || name == "config_dir"))) {
        throw ConfigError("'{" + name +
                              "}' differs from trial to trial, but a long-lived program is started once for "
                              "many trials; it gets its parameters in the \"trial\" line",
                          where);
      }
      if (is_word) {
        check_word(name, where, may_be_inactive);
        continue;
      }
      if (!declared->when.empty() && !may_be_inactive) {
        throw ConfigError("'{" + name +
                              "}' has no value in trials where its \"when\" does not hold; put it into a list "
                              "of its own, which is then left out, such as [\"--" +
                              name + "\", \"{" + name + "}\"]",
                          where);
      }
    }
  }

  void check_word(const std::string& word, const std::string& where, bool may_be_inactive) const {
    if (word == "resume_step" && !may_be_inactive) {
      throw ConfigError(
          "'{resume_step}' has no value in trials that begin; put it into a list of its own, which is then left out, "
          "such as [\"--resume\", \"{resume_step}\"]",
          where);
    }
    if (word == "params_file" && member("params_file") == nullptr) {
      throw ConfigError("'{params_file}' stands here, but the section has no \"params_file\"", where);
    }
    const bool of_itself = (where == path("workdir") && (word == "workdir" || word == "params_file")) ||
                           (where == path("params_file") && word == "params_file");
    if (of_itself) throw ConfigError("'{" + word + "}' cannot stand in its own path", where);
  }

  std::string no_such_parameter(const std::string& name) const {
    std::vector<std::string> known = placeholder_words();
    for (const DeclaredParameter& declared : result_.space) known.push_back(declared.name);
    const std::optional<std::string> meant = nearest(name, known);
    std::string message = "there is no parameter for the placeholder '{" + name + "}'";
    if (meant) return message + "; did you mean '{" + *meant + "}'?";
    if (result_.space.empty()) return message + ": the config declares no \"space\"";
    message += "; the space has";
    for (std::size_t i = 0; i < result_.space.size(); ++i) message += (i == 0 ? " " : ", ") + result_.space[i].name;
    return message + " (write {{ for a brace itself)";
  }

  std::vector<CommandPart> parts_from(const Json::Array& list, const std::string& where, bool nested) const {
    std::vector<CommandPart> parts;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string at = where + "[" + std::to_string(i) + "]";
      const Json& item = list[i];
      if (const Json::Array* inner = item.as_array()) {
        parts.push_back({parts_from(*inner, at, true)});
        continue;
      }
      if (item.as_string() == nullptr && !item.is_number()) {
        throw ConfigError("expected a string or a list of strings, found " + std::string(item.type_name()), at);
      }
      TextTemplate text = TextTemplate::parse(item.as_string() != nullptr ? *item.as_string() : to_json_text(item), at);
      check_names(text, at, nested);
      parts.push_back({std::move(text)});
    }
    return parts;
  }

  void read_command() {
    const Json* command = member("command");
    if (command == nullptr) {
      throw ConfigError("needs \"command\": the program and its arguments, such as [\"./train\", \"--lr\", \"{lr}\"]",
                        section);
    }
    if (const std::string* script = command->as_string()) {
      if (!result_.shell) {
        throw ConfigError(
            "expected a list of strings, found a string; write [\"./train\", \"--lr\", \"{lr}\"], or add "
            "\"shell\": true to have it run by sh",
            path("command"));
      }
      TextTemplate text = TextTemplate::parse(*script, path("command"));
      check_names(text, path("command"), false);
      result_.command.push_back({std::move(text)});
      return;
    }
    if (command->as_array() == nullptr) wrong("command", "a list of strings", *command);
    result_.command = parts_from(*command->as_array(), path("command"), false);
    if (result_.command.empty()) throw ConfigError("is empty; its first string is the program", path("command"));
    if (result_.shell) return;
    const TextTemplate* program = std::get_if<TextTemplate>(&result_.command.front().content);
    if (program == nullptr) throw ConfigError("the first item is the program and no list", path("command[0]"));
    for (const std::string& name : program->names()) {
      if (name != "config_dir" || parameter(name) != nullptr) {
        throw ConfigError("the program cannot depend on '{" + name + "}', only on {config_dir}", path("command[0]"));
      }
    }
  }

  void read_environment() {
    const Json* env = member("env");
    if (env == nullptr) return;
    if (env->as_object() == nullptr) wrong("env", "an object of strings", *env);
    for (const Json::Member& variable : *env->as_object()) {
      const std::string where = path("env." + variable.first);
      if (variable.first.empty() || variable.first.find('=') != std::string::npos) {
        throw ConfigError("this is no name for an environment variable", where);
      }
      if (variable.second.as_string() == nullptr && !variable.second.is_number()) {
        throw ConfigError("expected a string, found " + std::string(variable.second.type_name()), where);
      }
      TextTemplate text = TextTemplate::parse(
          variable.second.as_string() != nullptr ? *variable.second.as_string() : to_json_text(variable.second), where);
      check_names(text, where, true);
      result_.environment.emplace_back(variable.first, std::move(text));
    }
  }

  std::optional<TextTemplate> path_template(std::string_view key) const {
    const std::string* text = string(key);
    if (text == nullptr) return std::nullopt;
    TextTemplate read = TextTemplate::parse(*text, path(key));
    check_names(read, path(key), false);
    return read;
  }

  void read_files() {
    result_.workdir = path_template("workdir");
    result_.params_file = path_template("params_file");
    const Json* templates = member("template");
    if (templates == nullptr) return;
    if (const Json::Array* several = templates->as_array()) {
      for (std::size_t i = 0; i < several->size(); ++i) {
        read_template((*several)[i], path("template[" + std::to_string(i) + "]"));
      }
    } else {
      read_template(*templates, path("template"));
    }
  }

  void read_template(const Json& json, const std::string& where) {
    if (json.as_object() == nullptr) {
      throw ConfigError("expected {\"from\": PATH, \"to\": PATH}, found " + std::string(json.type_name()), where);
    }
    check_members(json, {"from", "to"}, where);
    for (const char* key : {"from", "to"}) {
      if (json.find(key) == nullptr || json.find(key)->as_string() == nullptr) {
        throw ConfigError(std::string("needs the path \"") + key + "\"", where);
      }
    }
    const PlaceholderValues fixed{{"config_dir", result_.config_folder.string()}};
    const std::optional<std::string> from =
        TextTemplate::parse(*json.find("from")->as_string(), where + ".from").fill(fixed);
    if (!from) throw ConfigError("may hold no placeholder but {config_dir}", where + ".from");
    FileTemplate file{
        std::filesystem::absolute(*from), TextTemplate::parse(*json.find("to")->as_string(), where + ".to"), {}};
    check_names(file.to, where + ".to", false);
    std::ifstream stream(file.from, std::ios::binary);
    if (!stream) throw ConfigError("cannot read the template " + file.from.string(), where + ".from");
    file.content.assign(std::istreambuf_iterator<char>(stream), {});
    result_.templates.push_back(std::move(file));
  }

  const Json& json_;
  ObjectiveConfig& result_;
};

// The parts' texts; a nested list is left out when one of its placeholders has no value.
bool append(const std::vector<CommandPart>& parts, const PlaceholderValues& values, bool quoted,
            std::vector<std::string>& words_out) {
  for (const CommandPart& part : parts) {
    if (const TextTemplate* text = std::get_if<TextTemplate>(&part.content)) {
      std::optional<std::string> filled = text->fill(values, quoted);
      if (!filled) return false;
      words_out.push_back(std::move(*filled));
      continue;
    }
    std::vector<std::string> inner;
    if (append(std::get<std::vector<CommandPart>>(part.content), values, quoted, inner)) {
      words_out.insert(words_out.end(), inner.begin(), inner.end());
    }
  }
  return true;
}

}  // namespace

std::vector<std::string> placeholder_words() {
  return {"trial", "study", "config_dir", "workdir", "params_file", "resume_step"};
}

ObjectiveConfig objective_from(const StudyConfig& config) {
  ObjectiveConfig result;
  result.space = config.space;
  result.objectives = config.directions.size();
  result.study = config.name;
  result.config_folder = std::filesystem::absolute(config.file.empty() ? "." : config.file).parent_path();
  Reader(config, result).read();
  return result;
}

std::optional<std::string> program_name(const ObjectiveConfig& objective) {
  if (objective.shell) return std::nullopt;
  return std::get<TextTemplate>(objective.command.front().content)
      .fill({{"config_dir", objective.config_folder.string()}});
}

PlaceholderValues placeholder_values(const ObjectiveConfig& objective, const Trial& trial) {
  PlaceholderValues values{{"trial", std::to_string(trial.number())},
                           {"study", objective.study},
                           {"config_dir", objective.config_folder.string()}};
  if (const auto step = trial.resume_step()) values["resume_step"] = std::to_string(*step);
  // A declared parameter hides a word of the same name, also where it is inactive.
  for (const DeclaredParameter& declared : objective.space) values.erase(declared.name);
  for (const FrozenTrial::Param& param : trial.params()) values[param.name] = value_text(param.value);
  return values;
}

std::vector<std::string> command_line(const ObjectiveConfig& objective, const PlaceholderValues& values) {
  std::vector<std::string> arguments;
  append(objective.command, values, objective.shell, arguments);
  if (!objective.shell) return arguments;
  std::string script;
  for (const std::string& word : arguments) script += (script.empty() ? "" : " ") + word;
  return {"sh", "-c", script};
}

void suggest_declared(const DeclaredSpace& space, Trial& trial) {
  std::map<std::string, Choice, std::less<>> values;
  for (const DeclaredParameter& parameter : space) {
    const bool active = std::ranges::all_of(parameter.when, [&](const Condition& condition) {
      const auto value = values.find(condition.parameter);
      return value != values.end() && condition.accepts(value->second);
    });
    if (active) values[parameter.name] = trial.suggest(parameter.name, parameter.distribution);
  }
}

std::string value_text(const Choice& value) {
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  return to_json_text(to_json(value));
}

}  // namespace hone::cli
