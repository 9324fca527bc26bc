// SPDX-License-Identifier: GPL-2.0-only
/* Wrong on purpose: checkpatch, both analyzers and cppcheck have to see it. */
#include <stdlib.h>

int planted(int n)
{
	int *p = malloc(sizeof(*p)), last[2];

	if( n > 1 )
		free(p);
	*p = last[n];
	free(p);
	return last[2];
}
