import TerraceStorage

/// What a person is told of the follower of a journal: each change, and again every ten minutes while nothing is stored, because
/// the journal keeps what is not stored, and its disk is not endless.
struct StoreNotices {
    private static let pause = Duration.seconds(600)
    private var told = StoreFollowerStatistics.State.starting
    private var due = Deadline.never

    /// The lines for now; `journalBytes`, what the journal takes on its disk, is asked only where it is told.
    mutating func lines(
        _ statistics: StoreFollowerStatistics, at now: Deadline, journalBytes: () -> Int
    ) -> [String] {
        let last = self.told
        let isNew = statistics.state != last
        if !isNew, now < self.due { return [] }
        self.told = statistics.state
        self.due = .never
        let error = statistics.lastError ?? "it is not reached"
        switch statistics.state {
        case .waiting, .failed:
            self.due = now.advanced(by: Self.pause)
            let kept =
                "the journal keeps what is not stored (\(Figures.grouped(statistics.lagRecords)) records; it takes "
                + "\(journalBytes() / 1_000_000) MB), "
            return statistics.state == .failed
                ? ["ALARM: store: \(error); \(kept)and nothing is stored before the next start"]
                : ["warning: store: \(error); \(kept)and it is tried again"]
        case .following: return isNew && last == .waiting ? ["the store is followed again"] : []
        case .starting, .stopped: return []
        }
    }
}
