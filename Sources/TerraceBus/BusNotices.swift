/// What there is to read for people, until it is handed over; the oldest goes where too much gathers.
struct BusNotices {
    /// The most that are kept.
    static let most = 1_000

    private var waiting: [BusNotice] = []

    mutating func add(_ severity: BusNotice.Severity, _ text: String) {
        if self.waiting.count >= Self.most { self.waiting.removeFirst(Self.most / 2) }
        self.waiting.append(BusNotice(severity: severity, text: "bus: \(text)"))
    }

    /// Hands over what there is, and forgets it.
    mutating func take() -> [BusNotice] {
        defer { self.waiting.removeAll() }
        return self.waiting
    }
}
