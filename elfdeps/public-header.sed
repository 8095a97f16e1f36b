# SPDX-License-Identifier: MIT
# public-header.sed: what elfdeps/elfdeps.h is called inside, and what its installed form calls it:
# names of our own in everybody's name space would not do. make runs it (sed -E) over elfdeps.h with
# the body of common/errorvalue.h in the place of its #include.
s/\bstruct error\b/struct elfdeps_error/g
s/\bERROR_(TEXT|HINT)_MAX\b/ELFDEPS_ERROR_\1_MAX/g
s/\b_must_check_\b/elfdeps_must_check/g
s/\b_cleanup_elfdeps_\b/elfdeps_auto/g
s/\bELFDEPS_ELFDEPS_H\b/LIBELFDEPS_H/
