internal import Histogram

extension PoolStatistics {
    init(_ machine: PoolMachine, lastFailure: DatabaseError?) {
        self.init()
        let tally = machine.tally
        self.size = machine.settings.size
        self.isUp = machine.isUp
        self.lastFailure = lastFailure?.description
        for state in machine.states {
            switch state {
            case .serving(let waiter):
                self.inUse += 1
                if waiter.isLease { self.leased += 1 }
            case .idle: self.idle += 1
            case .connecting, .checking, .recovering, .closing: self.changing += 1
            case .empty, .ended: break
            }
        }
        self.waiting = machine.waiting
        self.mostWaiting = tally.mostWaiting
        self.queries = tally.served
        self.waits = Latency(tally.waits)
        self.services = Latency(tally.services)
        self.waitTimeouts = tally.waitTimeouts
        self.refused = tally.refusedQueueFull + tally.refusedLeases
        self.refusedDown = tally.refusedDown
        self.cancelled = tally.cancelled
        for (kind, count) in zip(DatabaseError.Kind.allCases, tally.failures) where count > 0 {
            self.failures[kind.rawValue] = count
        }
        self.opened = tally.opened
        self.mostOpen = tally.mostOpen
        self.reconnects = tally.reconnects
        self.openFailures = tally.openFailures
        self.recycled = tally.recycled
        self.lost = tally.lost
    }
}

extension PoolStatistics.Latency {
    fileprivate init(_ histogram: Histogram<UInt32>) {
        self.init()
        guard histogram.totalCount > 0 else { return }
        self.p50 = Double(histogram.valueAtPercentile(50)) / 1_000
        self.p99 = Double(histogram.valueAtPercentile(99)) / 1_000
        self.most = Double(histogram.max) / 1_000
    }
}
