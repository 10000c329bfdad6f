/// The state of one instrument's book.
struct BookFlags: OptionSet {
    var rawValue: UInt16

    /// In the consolidated book.
    static let live = BookFlags(rawValue: 1)
    /// A snapshot is coming in. Never together with `live`; with neither, the book is lost.
    static let building = BookFlags(rawValue: 2)
    /// The venue's depth shows our own orders.
    static let showsOwn = BookFlags(rawValue: 4)
    /// Some own quantity is fading.
    static let fading = BookFlags(rawValue: 8)
    /// The instrument's touch changed since a message outcome last told so.
    static let touchMoved = BookFlags(rawValue: 16)

    /// Levels of `side` changed since its touch was published.
    static func dirty(_ side: Side) -> BookFlags { BookFlags(rawValue: 32 &<< UInt16(side.rawValue)) }
    /// Levels of either side changed.
    static let anyDirty = BookFlags(rawValue: 32 | 64)
    /// Some level of `side` is listed as ours.
    static func own(_ side: Side) -> BookFlags { BookFlags(rawValue: 128 &<< UInt16(side.rawValue)) }
    /// The pair's depth is tracked.
    static let tracked = BookFlags(rawValue: 512)
}
