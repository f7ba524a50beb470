#!/usr/bin/env bash
# Synthesize the pull request and its base, and review one against the other.
#
# Reads SYNTH, REVIEWED, FAIL_ON, ACCEPT and BASE_SHA. Writes the files of the review into
# RUNNER_TEMP, and their names and the exit code to GITHUB_OUTPUT: the job fails after the comment
# is written.
set -euo pipefail

ecs_xray="$RUNNER_TEMP/ecs-xray/bin/ecs-xray"
markdown="$RUNNER_TEMP/ecs-xray-review.md"
sarif="$RUNNER_TEMP/ecs-xray-review.sarif"
base="$RUNNER_TEMP/ecs-xray-base"

bash -euo pipefail -c "$SYNTH"

options=()
for id in $ACCEPT; do options+=(--accept "$id"); done
judged=()
for kind in $FAIL_ON; do judged+=(--fail-on "$kind"); done

against=()
if [ -n "$BASE_SHA" ]; then
  inside=$(git rev-parse --show-prefix)
  # A checkout of the pull request alone does not hold its base.
  git cat-file -e "$BASE_SHA^{commit}" 2>/dev/null || git fetch --quiet --depth=1 origin "$BASE_SHA"
  git worktree add --quiet --force --detach "$base" "$BASE_SHA"
  trap 'git worktree remove --force "$base"' EXIT
  if [ -d "$base/$inside" ] && (cd "$base/$inside" && bash -euo pipefail -c "$SYNTH") &&
    [ -e "$base/$inside$REVIEWED" ]; then
    against=(--against "$base/$inside$REVIEWED")
  else
    echo "::warning title=ecs-xray review::The base could not be synthesized, so the review shows no changes."
  fi
fi

"$ecs_xray" review "$REVIEWED" "${options[@]}" "${against[@]}" --format markdown -o "$markdown"
"$ecs_xray" review "$REVIEWED" "${options[@]}" --format sarif -o "$sarif"
code=0
"$ecs_xray" review "$REVIEWED" "${options[@]}" "${judged[@]}" || code=$?

cat "$markdown" >>"$GITHUB_STEP_SUMMARY"
{
  echo "markdown=$markdown"
  echo "sarif=$sarif"
  echo "code=$code"
} >>"$GITHUB_OUTPUT"
