/// Where a desk keeps what must outlive it, and where its market data comes from: `data`, `journal`, `store` and `bus`.
public struct ServicesConfiguration: Hashable, Sendable {
    /// `data`: the folder of the journal, and of the store where that is a file.
    public var folder = "terrace-data"
    /// `journal`.
    public var journal = JournalLimits()
    /// `store`.
    public var store = StoreConfiguration()
    /// `bus`.
    public var bus = BusConfiguration()

    /// Everything at its default.
    public init() {}

    static let keys = ["data", "journal", "store", "bus"]

    init(_ section: Section) {
        if let folder = section.text("data") {
            if Self.isPath(folder) {
                self.folder = folder
            } else {
                section.findings.error(
                    section.valuePlace(of: "data"),
                    "\(section.name("data")) must be the path of a folder, not \"\(ConfigurationParser.shown(folder))\""
                )
            }
        }
        if let journal = section.section("journal", keys: JournalLimits.keys) { self.journal = JournalLimits(journal) }
        self.store = StoreConfiguration(section)
        self.bus = BusConfiguration(section)
    }

    /// The path of the store where that is a file.
    public var storePath: String { self.store.location ?? self.folder + "/terrace.sqlite" }

    /// The folder of the journal.
    public var journalFolder: String { self.folder + "/journal" }

    /// The folder of a feed's journal.
    public var feedJournalFolder: String { self.folder + "/feed-\(self.bus.feed)" }

    static func isPath(_ text: String) -> Bool {
        (1...1_024).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            && !text.contains("://")
    }
}

/// `journal`: how large its files get, and how much of it is kept.
public struct JournalLimits: Hashable, Sendable {
    /// `segment_megabytes`, in bytes: a file that has grown to this is followed by the next.
    public var segmentBytes: Int64 = 64_000_000
    /// `keep_megabytes`, in bytes: older files go once all together are larger, as far as the store has read them.
    public var keptBytes: Int64 = 4_096_000_000

    /// The defaults.
    public init() {}

    static let keys = ["segment_megabytes", "keep_megabytes"]

    init(_ section: Section) {
        if let size = section.integer("segment_megabytes", 1...4_096) { self.segmentBytes = Int64(size) * 1_000_000 }
        if let size = section.integer("keep_megabytes", 16...16_000_000) { self.keptBytes = Int64(size) * 1_000_000 }
        if self.keptBytes < 2 * self.segmentBytes {
            section.findings.error(
                section.place(of: "keep_megabytes"),
                "\(section.name("keep_megabytes")) must be at least twice \"segment_megabytes\", which is "
                    + "\(self.segmentBytes / 1_000_000)")
        }
    }
}
