package dev.cometlog.internal.log;

/// How far a group has come in one shard.
///
/// @param acked everything below it is acknowledged
/// @param lastAckMicros when the group last acknowledged something there, or was made
/// @param live whether a living member reads the shard
public record GroupAck(String group, long acked, long lastAckMicros, boolean live) {}
