/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints. Neither a challenge nor a token nor an address goes in here. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM realm_tsm

#if !defined(REALM_TSM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define REALM_TSM_TRACE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

TRACE_EVENT(realm_token_start,
	    TP_PROTO(size_t challenge_len),
	    TP_ARGS(challenge_len),
	    TP_STRUCT__entry(__field(size_t, challenge_len)),
	    TP_fast_assign(__entry->challenge_len = challenge_len;),
	    TP_printk("challenge_len=%zu", __entry->challenge_len)
);

/* status: 0 whole, -EINPROGRESS more to come, else an error; len is unchecked */
TRACE_EVENT(realm_token_progress,
	    TP_PROTO(int status, size_t len, size_t before, size_t bound),
	    TP_ARGS(status, len, before, bound),
	    TP_STRUCT__entry(__field(int, status)
			     __field(size_t, len)
			     __field(size_t, before)
			     __field(size_t, bound)),
	    TP_fast_assign(__entry->status = status;
			   __entry->len = len;
			   __entry->before = before;
			   __entry->bound = bound;),
	    TP_printk("status=%d len=%zu before=%zu bound=%zu", __entry->status,
		      __entry->len, __entry->before, __entry->bound)
);

TRACE_EVENT(realm_token_end,
	    TP_PROTO(int ret, size_t len),
	    TP_ARGS(ret, len),
	    TP_STRUCT__entry(__field(int, ret)
			     __field(size_t, len)),
	    TP_fast_assign(__entry->ret = ret;
			   __entry->len = len;),
	    TP_printk("ret=%d len=%zu", __entry->ret, __entry->len)
);

/* ret: 0 or an error, with which record means nothing */
TRACE_EVENT(realm_extend,
	    TP_PROTO(unsigned int index, u32 record, int ret),
	    TP_ARGS(index, record, ret),
	    TP_STRUCT__entry(__field(unsigned int, index)
			     __field(u32, record)
			     __field(int, ret)),
	    TP_fast_assign(__entry->index = index;
			   __entry->record = record;
			   __entry->ret = ret;),
	    TP_printk("index=%u record=%u ret=%d", __entry->index,
		      __entry->record, __entry->ret)
);

#endif /* REALM_TSM_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
