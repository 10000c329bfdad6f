public import TerraceCore

/// `risk`: the limits of the desk as a whole. Their defaults are those of `EngineConfiguration`.
public struct DeskLimits: Sendable {
    /// `max_loss`: by quote coin, the loss at which the desk is stopped.
    public var maximumLoss: [(coin: ConfiguredName, loss: Amount)] = []
    /// `book_age_limit_seconds`, in nanoseconds: a book without any update for this long is stale.
    public var bookAgeLimitNanoseconds: Int64
    /// `feed_silence_seconds`, in nanoseconds: a venue without any sign of life for this long is stale.
    public var feedSilenceNanoseconds: Int64
    /// `response_timeout_seconds`, in nanoseconds: an order command without an answer for this long is queried.
    public var responseTimeoutNanoseconds: Int64
    /// `refusal_hold_seconds`, in nanoseconds: after a refusal by the venue a slot waits this long.
    public var refusalHoldNanoseconds: Int64
    /// `shed_lateness_seconds`, in nanoseconds: when evaluations come later than this, low classes are shed.
    public var shedLatenessNanoseconds: Int64

    /// `dead_man_seconds`, in nanoseconds: where the venue has a dead-man switch, it cancels our orders after this long
    /// without a word from us; zero for never.
    public var deadManNanoseconds: Int64 = 120_000_000_000

    static let keys = [
        "max_loss", "book_age_limit_seconds", "feed_silence_seconds", "response_timeout_seconds",
        "refusal_hold_seconds",
        "shed_lateness_seconds", "dead_man_seconds",
    ]

    /// No loss limit, everything else at its default.
    public init() {
        let standard = EngineConfiguration(venues: [], assetCount: 0)
        self.bookAgeLimitNanoseconds = standard.bookAgeLimitNanoseconds
        self.feedSilenceNanoseconds = standard.feedSilenceNanoseconds
        self.responseTimeoutNanoseconds = standard.responseTimeoutNanoseconds
        self.refusalHoldNanoseconds = standard.refusalHoldNanoseconds
        self.shedLatenessNanoseconds = standard.shedLatenessNanoseconds
    }

    init(_ section: Section) {
        self.init()
        if let nanoseconds = section.seconds("book_age_limit_seconds", 100...3_600_000) {
            self.bookAgeLimitNanoseconds = nanoseconds
        }
        if let nanoseconds = section.seconds("feed_silence_seconds", 100...3_600_000) {
            self.feedSilenceNanoseconds = nanoseconds
        }
        if let nanoseconds = section.seconds("response_timeout_seconds", 50...60_000) {
            self.responseTimeoutNanoseconds = nanoseconds
        }
        if let nanoseconds = section.seconds("refusal_hold_seconds", 1...3_600_000) {
            self.refusalHoldNanoseconds = nanoseconds
        }
        if let nanoseconds = section.seconds("shed_lateness_seconds", 1...60_000) {
            self.shedLatenessNanoseconds = nanoseconds
        }
        self.readDeadMan(section)
        guard let node = section.value("max_loss") else { return }
        guard case .mapping(let entries) = node.content else {
            section.findings.error(
                node.place,
                "\(section.name("max_loss")) must be a mapping from quote coins to amounts, not \(node.kind)")
            return
        }
        let losses = Section(node, keys: entries.map { $0.key }, isPartial: false, section.findings)
        for entry in entries {
            guard let loss = losses.amount(entry.key) else { continue }
            self.maximumLoss.append((ConfiguredName(name: entry.key, place: entry.place), loss))
        }
    }

    /// Bybit takes 3 to 300 s, Binance's perpetuals any time; below 10 s a slow network would set it off.
    private mutating func readDeadMan(_ section: Section) {
        guard let nanoseconds = section.seconds("dead_man_seconds", 0...300_000) else { return }
        if nanoseconds > 0, nanoseconds < 10_000_000_000 {
            section.findings.error(
                section.valuePlace(of: "dead_man_seconds"),
                "\(section.name("dead_man_seconds")) must be 0, which is never, or 10 to 300")
            return
        }
        self.deadManNanoseconds = nanoseconds
    }
}
