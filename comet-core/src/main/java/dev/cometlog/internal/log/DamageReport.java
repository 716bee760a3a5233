package dev.cometlog.internal.log;

/// Tells of damage that readers meet, in the shard's counters, the log and the Flight Recorder.
final class DamageReport {
    private static final System.Logger LOG = System.getLogger(DamageReport.class.getName());

    private final ShardView view;
    private final ShardState state;

    DamageReport(ShardView view) {
        this.view = view;
        this.state = view.state();
    }

    /// Counts damage once, whoever meets it; a mere reader changes nothing.
    void note(long from, long to) {
        if (state.isShared() && state.damage().note(from, to, state.startOffset())) {
            tell(from, to);
            state.counters().add(ShardCounters.Counter.DAMAGED_PLACES, 1);
            state.counters().add(ShardCounters.Counter.DAMAGED, to - from);
            if (Events.areWanted()) {
                Events.Damage event = new Events.Damage();
                event.from = from;
                event.to = to;
                event.commit(view.id());
            }
        }
    }

    /// Unless there is so much damage that the same may be met again and again; health tells of it all the same.
    private void tell(long from, long to) {
        if (state.counters().get(ShardCounters.Counter.DAMAGED_PLACES) < DamageTable.PLACES) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}: entries from offset {1,number,#} to {2,number,#} do not verify: they are a gap",
                    view.id(),
                    from,
                    to - 1);
        }
    }
}
