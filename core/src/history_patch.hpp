// SPDX-License-Identifier: MIT
// A trial of a history as a patch, to be written into another.
#pragma once

#include <hone/history.hpp>

namespace hone {

/// All that the history knows of a trial, but for its start and its owner. Borrows from the history.
TrialPatch patch_of(const History& history, TrialNumber number);

}  // namespace hone
