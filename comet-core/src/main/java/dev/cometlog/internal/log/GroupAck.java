package dev.cometlog.internal.log;

/// How far a group has come in one shard.
///
/// @param acked everything below it is acknowledged
/// @param lastAckMicros when the group last acknowledged something, in any shard of the stream, or was made
/// @param live whether it has a living member, whatever that reads
public record GroupAck(String group, long acked, long lastAckMicros, boolean live) {}
