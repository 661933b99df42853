// SPDX-License-Identifier: MIT
// Everything a C++ host needs.
#pragma once

#include <hone/config.hpp>
#include <hone/distribution.hpp>
#include <hone/error.hpp>
#include <hone/frozen_trial.hpp>
#include <hone/history.hpp>
#include <hone/json.hpp>
#include <hone/json_text.hpp>
#include <hone/log.hpp>
#include <hone/registry.hpp>
#include <hone/study.hpp>
#include <hone/trial.hpp>
#include <hone/types.hpp>
