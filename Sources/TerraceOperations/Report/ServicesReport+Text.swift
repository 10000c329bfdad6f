internal import TerraceStorage

extension ServicesReport {
    /// A line for each service that there is.
    var lines: [String] {
        [self.journal?.line, self.store?.line, self.bus?.line].compactMap { $0 }
    }
}

extension JournalReport {
    var line: String {
        "journal      \(Figures.grouped(self.records)) records, on the disk p50 "
            + "\(Figures.duration(UInt64(max(0, self.durableP50Ns)))), p99 "
            + "\(Figures.duration(UInt64(max(0, self.durableP99Ns)))), failures \(Figures.grouped(self.failures))"
            + (self.droppedTrades > 0 ? ", dropped \(Figures.grouped(self.droppedTrades)) trades" : "")
    }
}

extension StoreReport {
    var line: String {
        let percent = Int((self.cache.rate * 1_000).rounded())
        let waits = self.lagSeconds > 0 ? " (\(Figures.duration(UInt64(min(self.lagSeconds, 1e9) * 1e9))))" : ""
        return "store        \(self.connections) of \(self.plannedConnections) connections, "
            + "\(Figures.grouped(UInt64(max(0, self.pool.queries)))) queries, p99 "
            + "\(Figures.duration(UInt64(max(0, self.pool.services.p99) * 1_000))), cache \(percent / 10).\(percent % 10) %, "
            + "\(Figures.grouped(self.lagRecords)) records behind\(waits)"
    }
}

extension BusReport {
    var line: String {
        "bus          \(Figures.grouped(self.updates)) updates, gaps \(Figures.grouped(self.gaps)), "
            + "\(self.mostConnections) of \(self.plannedConnections) connections"
    }
}
