/*
 * Counters of the Linux kernel as its own files and tools show them: sums since
 * boot, of which two make a rate (src/metrics/totals.c), and values of the
 * moment.
 */
#ifndef WS_KERNEL_H
#define WS_KERNEL_H

#include "model/batch.h"

/* Where they go, and of when and what the next ones are. */
struct ws_kernel {
	struct ws_sink *sink;
	struct ws_batch out;
	ws_id ticks, local, utc; /* clocks */
	int64_t t;               /* of the snapshot, or WS_T_NONE */
	ws_id clock;             /* of t */
	ws_id track;
	uint64_t rows;
};

/* Sums of one device; NaN where the text has none. */
struct ws_kernel_disk {
	double reads, read_sectors, read_ms;
	double writes, write_sectors, write_ms;
	double busy_ms;
	double queue_ms; /* time of all requests out, together */
};

/* Sums of all CPUs in ticks of 10 ms, which is USER_HZ of all machines that Go
 * runs on. */
struct ws_kernel_cpu {
	double user, nice, sys, idle, iowait, irq, softirq, steal;
	double cpus;     /* 0: unknown */
	double switches; /* 0: unknown */
};

void ws_kernel_init(struct ws_kernel *k, struct ws_sink *sink);
/* A value of the moment. */
void ws_kernel_now(
    struct ws_kernel *k, ws_id name, enum ws_unit unit, double value);
void ws_kernel_total(
    struct ws_kernel *k, ws_id name, enum ws_unit unit, double value);
/* A sum of which a mean is taken over a number of things: its time is that
 * number, on a clock of ticks. */
void ws_kernel_over(struct ws_kernel *k, ws_id name, enum ws_unit unit,
    double value, double number);
/* A device that never did anything is left out. */
void ws_kernel_disk(
    struct ws_kernel *k, struct ws_sv device, const struct ws_kernel_disk *d);
/* The time of the shares is the CPU time that went by; so is that of the
 * switches where the number of CPUs is known. */
void ws_kernel_cpu(struct ws_kernel *k, const struct ws_kernel_cpu *c);

#endif
