/// Our own resting quantity on one side of one instrument, at the few levels where we rest.
///
/// The book holds each level without our part, so that nobody quotes against himself. For the levels listed here it also
/// keeps what the venue shows in all, since both our part and the venue's figure change on their own.
///
/// When our part falls, by a fill or a cancel, the venue's depth may still show it for a while: its public stream and our
/// private one are not in step. Taking our part back at once would show our own ghost as somebody's order. So the part
/// that went keeps being excluded, it *fades*, until the venue's next figure for that level, or for a second.
///
/// When our part rises, the venue's depth does not show it yet either. Until its next figure for the level we suppose that it
/// does, so that what others show there stays as it is: taking our part off a figure without it would hide them.
struct OwnLevels: ~Copyable {
    /// One level where we rest, or did so a moment ago.
    struct Entry {
        let key: Int64
        /// Our resting quantity there.
        var own: Int64
        /// What is excluded there: our quantity, or more while a part fades.
        var excluded: Int64
        /// What the venue last said of the level in all.
        var gross: Int64
        /// When the part that fades is given back; `Int64.max` where none does.
        var fadesAt: Int64
        /// Of `gross`, what the venue has not said yet.
        var supposed: Int64 = 0

        /// What the book shows.
        var net: Int64 { max(0, self.gross - self.excluded) }
    }

    /// How many levels a side can be listed.
    static let limit = 128
    /// How long a part fades, at most: one second.
    static let fadeNanoseconds: Int64 = 1_000_000_000
    /// The most that is counted at one level, so that no sum overflows.
    private static let mostOwn: Int64 = 1 << 60

    private var entries: FixedArray<Entry>

    /// No levels; room for the first few comes with the first order.
    init() { self.entries = FixedArray() }

    /// Whether there is no level, resting or fading.
    var isEmpty: Bool { self.entries.isEmpty }

    /// How many levels there are.
    var count: Int { self.entries.count }

    /// The level at `index`, in no order of prices, but in the same order in every replay.
    subscript(index: Int) -> Entry { self.entries[index] }

    /// Where the level at `key` is listed, or -1.
    func index(of key: Int64) -> Int {
        for index in 0..<self.entries.count where self.entries[index].key == key { return index }
        return -1
    }

    /// The venue says that the listed level at `index` is now `gross` in all.
    ///
    /// - Returns: What is left without ours.
    mutating func update(_ index: Int, gross: Int64) -> Int64 {
        self.entries[index].gross = gross
        self.entries[index].supposed = 0
        return self.endFading(index).net
    }

    /// Lists the level at `key`, of which the book holds `gross`, none of it known as ours.
    ///
    /// - Returns: Its index, or -1 where `limit` levels are listed and none of them can go.
    mutating func add(_ key: Int64, gross: Int64) -> Int {
        guard self.entries.count < Self.limit else { return -1 }
        if self.entries.count == self.entries.capacity {
            self.entries.reserve(max(4, min(Self.limit, 2 * self.entries.capacity)))
        }
        self.entries.append(Entry(key: key, own: 0, excluded: 0, gross: gross, fadesAt: .max))
        return self.entries.count - 1
    }

    /// Our resting quantity at the listed level changes by `change`; a part that goes fades from `now` on.
    mutating func adjust(_ index: Int, by change: Int64, now: Timestamp) {
        let (sum, overflow) = self.entries[index].own.addingReportingOverflow(change)
        let own = min(max(overflow ? Self.mostOwn : sum, 0), Self.mostOwn)  // An overflow is upward: own is positive.
        if own > self.entries[index].own {
            // What comes back while as much still fades is what the venue has shown all the time.
            let fading = self.entries[index].excluded - self.entries[index].own
            let rise = max(0, own - self.entries[index].own - fading)
            self.entries[index].gross += rise
            self.entries[index].supposed += rise
            self.entries[index].excluded += rise
        } else if own < self.entries[index].own, self.entries[index].supposed > 0 {
            let back = min(self.entries[index].supposed, self.entries[index].own - own)
            self.entries[index].supposed -= back
            self.entries[index].gross -= back
            self.entries[index].excluded -= back
            self.entries[index].own -= back
        }
        if own < self.entries[index].own {
            self.entries[index].fadesAt = now.advanced(by: Self.fadeNanoseconds).nanoseconds
        }
        self.entries[index].own = own
        self.entries[index].excluded = max(self.entries[index].excluded, own)
        if self.entries[index].excluded == own { self.entries[index].fadesAt = .max }
    }

    /// Ends the fading at a listed level, and takes the level off the list where nothing of ours rests there.
    ///
    /// - Returns: The level's key and what is left without ours.
    mutating func endFading(_ index: Int) -> (key: Int64, net: Int64) {
        self.entries[index].excluded = self.entries[index].own
        self.entries[index].fadesAt = .max
        let key = self.entries[index].key
        let net = self.entries[index].net
        if self.entries[index].own == 0 { self.entries.swapRemove(index) }
        return (key, net)
    }

    /// The index of a level whose fading is over at `now`, or -1.
    func firstFaded(at now: Timestamp) -> Int {
        for index in 0..<self.entries.count where self.entries[index].fadesAt <= now.nanoseconds { return index }
        return -1
    }

    /// The index of a level where nothing of ours rests any more, or -1.
    func firstGone() -> Int {
        for index in 0..<self.entries.count where self.entries[index].own == 0 { return index }
        return -1
    }

    /// Whether a part fades at some level.
    var isFading: Bool {
        for index in 0..<self.entries.count where self.entries[index].fadesAt != .max { return true }
        return false
    }

    /// The book is emptied: nothing is shown anywhere, so nothing fades, and only what rests stays listed.
    mutating func forgetBook() {
        var index = 0
        while index < self.entries.count {
            self.entries[index].gross = 0
            self.entries[index].supposed = 0
            self.entries[index].excluded = self.entries[index].own
            self.entries[index].fadesAt = .max
            if self.entries[index].own == 0 { self.entries.swapRemove(index) } else { index += 1 }
        }
    }
}
