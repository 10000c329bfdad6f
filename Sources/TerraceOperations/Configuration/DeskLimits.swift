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

    static let keys = [
        "max_loss", "book_age_limit_seconds", "feed_silence_seconds", "response_timeout_seconds",
        "refusal_hold_seconds",
        "shed_lateness_seconds",
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
}
