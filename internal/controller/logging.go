// Copyright The quotawatch Authors.
// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"slices"

	"github.com/go-logr/logr"
)

// bodyLevel is the verbosity at which client-go logs what it sends to and gets
// from the API server, whole Secrets included.
const bodyLevel = 8

// WithoutBodies returns a logger that leaves out what client-go logs of requests
// and answers, however verbose it is. Values that it is given cost nothing until
// something is logged with them: every reconcile gets its own, and hardly any logs.
func WithoutBodies(logger logr.Logger) logr.Logger {
	sink := logger.GetSink()
	if deep, ok := sink.(logr.CallDepthLogSink); ok {
		sink = deep.WithCallDepth(1) // Info and Error below are callers of their own
	}
	return logger.WithSink(bodiless{sink: sink})
}

// bodiless implements logr.CallDepthLogSink.
type bodiless struct {
	sink   logr.LogSink
	values []any
}

// Init does nothing: the sink was initialized by its own logger.
func (b bodiless) Init(logr.RuntimeInfo) {}

// Enabled tells whether the level is logged.
func (b bodiless) Enabled(level int) bool {
	return level < bodyLevel && b.sink.Enabled(level)
}

// Info logs with the values that were given before.
func (b bodiless) Info(level int, message string, values ...any) {
	b.withValues().Info(level, message, values...)
}

// Error logs with the values that were given before.
func (b bodiless) Error(err error, message string, values ...any) {
	b.withValues().Error(err, message, values...)
}

func (b bodiless) withValues() logr.LogSink {
	if len(b.values) == 0 {
		return b.sink
	}
	return b.sink.WithValues(b.values...)
}

// WithValues keeps the values for what is logged later.
func (b bodiless) WithValues(values ...any) logr.LogSink {
	return bodiless{b.sink, slices.Concat(b.values, values)}
}

// WithName returns a sink with a longer name.
func (b bodiless) WithName(name string) logr.LogSink {
	return bodiless{b.sink.WithName(name), b.values}
}

// WithCallDepth returns a sink that skips so many more frames of the stack.
func (b bodiless) WithCallDepth(depth int) logr.LogSink {
	if sink, ok := b.sink.(logr.CallDepthLogSink); ok {
		return bodiless{sink.WithCallDepth(depth), b.values}
	}
	return b
}
