// SPDX-License-Identifier: MIT
// Small plugins for tests of the core alone: a storage that keeps a log in memory, and samplers that are easy to
// predict.
#pragma once

#include <memory>

#include <hone/registry.hpp>
#include <hone/study.hpp>

/// A registry with the fakes and nothing else: storage `log` (studies live in the returned object's process, by the
/// option `target`), samplers `keyed` (draws by key alone), `counting` (value depends on the visible trials), `broken`,
/// pruners `never`, `above` (prunes when the last report exceeds the option `limit`).
std::shared_ptr<hone::PluginRegistry> fake_registry();

/// Options of a study in the fake storage named `where`; equal names share their studies.
hone::StudyOptions fake_study(const std::string& where, const std::string& sampler = "keyed");
