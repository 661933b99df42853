// SPDX-License-Identifier: MIT
// The model of the parameters that occur together.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <hone/search_space.hpp>
#include <hone/study_view.hpp>

#include "acquisition.hpp"
#include "coordinates.hpp"
#include "gp_options.hpp"
#include "improvement_goal.hpp"
#include "output_model.hpp"
#include "proposal_search.hpp"
#include "trust_region.hpp"

namespace gp {

struct Proposal {
  std::vector<double> values;  ///< one per parameter of the space
  /// Whether trials of these parameters alone seem to differ: by noise, or by other parameters that they have.
  bool is_noisy;
};

/// Follows the COMPLETE trials that have all parameters of a space, and proposes values for them. A cache: a new object
/// that is shown the same trials proposes the same.
class GroupModel {
 public:
  /// `options` outlives the object; names and distributions of the space are borrowed from the history.
  /// @param context  so many of the space's last parameters are not proposed but given
  GroupModel(const GpOptions& options, hone::SearchSpace space, std::span<const hone::Direction> directions,
             std::size_t context = 0);

  /// Takes in what is new.
  void update(const hone::HistoryView& view);
  /// How many trials it is about.
  std::size_t size() const { return static_cast<std::size_t>(trials_.size()); }

  /// Whether its next trials are to be spread evenly: at first, and where a trust region has been left.
  bool is_starting() const;

  /// At least `RefitSchedule::first` trials.
  /// @param differs  whether the proposal is to differ from all running trials', and from all trials' if the objective
  ///                 has no noise, as far as there are such points
  /// @param given    the values of the context's parameters
  Proposal propose(const hone::StudyView& study, const hone::TrialView& trial, bool differs,
                   std::span<const double> given = {});

 private:
  using Models = std::vector<OutputModel>;  // of one objective, which trials use by turns
  struct Constraint {
    Observations observations;  // the constraint, and then what `trials_` has of the trial
    OutputModel model;
  };

  static OutputModel& model_of(Models& models, hone::TrialNumber number) {
    return models[static_cast<std::size_t>(number) % models.size()];
  }
  // By how much a trial violates its constraints: the last one of the outputs.
  auto violations() const { return trials_.outputs(static_cast<Eigen::Index>(directions_.size())); }

  Eigen::RowVectorXd point_of(const hone::History& history, hone::TrialNumber number) const;
  void take(const hone::History& history, hone::TrialNumber number);
  std::vector<double> ranks(const Observations& of, Eigen::Index first, std::span<const Eigen::Index> rows,
                            std::size_t since) const;
  Posterior& update(OutputModel& model, const Observations& observations, const RowSelection& select,
                    const hone::Logger& log);
  TrustRegion trust_region_of(const Observations& of, Eigen::Index first, std::size_t size) const;
  bool believe(Posterior& posterior, const Eigen::MatrixXd& pending) const;
  ImprovementGoal goal(std::span<const Posterior* const> objectives, const std::vector<Eigen::Index>& rows) const;
  Acquisition::Target sampled_target(std::span<const Posterior* const> objectives,
                                     std::span<const Posterior* const> constraints, const ImprovementGoal& goal,
                                     Eigen::Index pending, hone::RandomStream random);
  RowSelection selection(const Inputs& inputs, const Observations& of, Eigen::Index first) const;
  Acquisition acquisition(const hone::StudyView& study, const hone::TrialView& trial, const Eigen::MatrixXd& pending);
  Region region(const OutputModel& model, const TrustRegion& trust, const HyperParameters& parameters,
                std::span<const double> given) const;
  Eigen::MatrixXd incumbents(const std::vector<Eigen::Index>& rows, const TrustRegion& trust,
                             const Region& region) const;
  Eigen::MatrixXd pending_points(const hone::StudyView& study, hone::TrialNumber at_hand) const;

  const GpOptions& options_;
  hone::SearchSpace space_;
  std::size_t context_;
  std::vector<hone::Direction> directions_;
  Coordinates coordinates_;
  std::size_t revision_ = 0;
  Observations trials_;  // the objectives, and then the violation
  std::vector<Models> objectives_;
  KeptBoxes boxes_;
  std::map<std::string, Constraint, std::less<>> constraints_;
};

}  // namespace gp
