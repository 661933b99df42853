// SPDX-License-Identifier: MIT
#include "trial_requests.hpp"

#include <cmath>

#include <hone/config.hpp>
#include <hone/distribution_json.hpp>
#include <hone/error.hpp>

namespace hone::cli {
namespace {

// A request that is wrong; answered by its message.
class BadRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

Json error_reply(const std::string& message) {
  Json reply;
  reply.set("error", message);
  return reply;
}

Json done_reply() {
  Json reply;
  reply.set("ok", true);
  return reply;
}

const Json& member(const Json& request, std::string_view key) {
  const Json* found = request.find(key);
  if (found == nullptr) throw BadRequest("the request has no \"" + std::string(key) + "\"");
  return *found;
}

const std::string& text(const Json& request, std::string_view key) {
  const Json& found = member(request, key);
  if (found.as_string() == nullptr) {
    throw BadRequest("\"" + std::string(key) + "\" is " + std::string(found.type_name()) + ", expected a string");
  }
  return *found.as_string();
}

double number(const Json& json, std::string_view what) {
  const std::optional<double> found = json.number();
  if (!found)
    throw BadRequest("\"" + std::string(what) + "\" is " + std::string(json.type_name()) + ", expected a number");
  return *found;
}

}  // namespace

Json value_to_json(const Choice& value) { return to_json(value); }

Json TrialRequests::answer(const Json& request) {
  try {
    if (request.as_object() == nullptr) throw BadRequest("a request is a JSON object");
    const std::string& type = text(request, "type");
    if (told_) throw BadRequest("the trial's result is told already");
    if (type == "suggest") return suggest(request);
    if (type == "report") return reply_to_report(request);
    if (type == "result") return take_result(request);
    if (type == "attr") return take_attribute(request);
    if (type == "constraint") return take_constraint(request);
    const std::vector<std::string> known{"suggest", "report", "result", "attr", "constraint"};
    const std::optional<std::string> meant = nearest(type, known);
    throw BadRequest(
        "unknown request type '" + type + "'" +
        (meant ? "; did you mean '" + *meant + "'?" : "; there are suggest, report, result, attr, constraint"));
  } catch (const BadRequest& error) {
    return error_reply(error.what());
  } catch (const ConfigError& error) {
    return error_reply(error.what());
  } catch (const TrialError& error) {
    return error_reply(error.what());
  }
}

Json TrialRequests::suggest(const Json& request) {
  const std::string& name = text(request, "name");
  const Distribution distribution =
      distribution_from_config(member(request, "distribution"), "parameter '" + name + "'");
  Json reply;
  reply.set("value", value_to_json(trial_.suggest(name, distribution)));
  return reply;
}

bool TrialRequests::report(std::string_view metric, std::int64_t step, double value) {
  if (metric.empty()) {
    trial_.report(value, step);
  } else {
    trial_.report(metric, value, step);
  }
  if (trial_.should_prune()) prune_ = true;
  return prune_;
}

Json TrialRequests::reply_to_report(const Json& request) {
  const double step = number(member(request, "step"), "step");
  if (!(step >= 0.0 && step < 9e15 && step == std::floor(step)))
    throw BadRequest("\"step\" must be a whole number >= 0");
  const Json* metric = request.find("metric");
  const double value = number(member(request, "value"), "value");
  Json reply;
  reply.set("prune", report(metric == nullptr || metric->is_null() ? std::string() : text(request, "metric"),
                            static_cast<std::int64_t>(step), value));
  return reply;
}

Json TrialRequests::take_result(const Json& request) {
  Told told;
  if (request.find("state") != nullptr) {
    const std::string& word = text(request, "state");
    const std::optional<TrialState> known = trial_state_from(word);
    if (!known || !is_finished(*known)) {
      throw BadRequest("\"state\" is '" + word + "', expected COMPLETE, PRUNED or FAIL");
    }
    told.state = *known;
  }
  if (const Json* reason = request.find("reason"); reason != nullptr && !reason->is_null())
    told.reason = text(request, "reason");
  if (told.state == TrialState::complete) {
    const Json* one = request.find("value");
    if (one != nullptr) {
      told.values.push_back(number(*one, "value"));
    } else {
      const Json& several = member(request, "values");
      if (several.as_array() == nullptr) throw BadRequest("\"values\" must be a list of numbers");
      for (const Json& value : *several.as_array()) told.values.push_back(number(value, "values"));
    }
    if (told.values.size() != objectives_) {
      throw BadRequest(std::to_string(told.values.size()) + " values were told, but the study has " +
                       std::to_string(objectives_) + (objectives_ == 1 ? " objective" : " objectives"));
    }
  }
  told_ = std::move(told);
  return done_reply();
}

Json TrialRequests::take_attribute(const Json& request) {
  trial_.set_user_attr(text(request, "key"), member(request, "value"));
  return done_reply();
}

Json TrialRequests::take_constraint(const Json& request) {
  trial_.set_constraint(text(request, "name"), number(member(request, "value"), "value"));
  return done_reply();
}

}  // namespace hone::cli
