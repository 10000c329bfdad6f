/// What channels and keys are called. What stands in braces is what Redis Cluster places them by, so that a book's channel
/// and its key are on one node.
enum BusNames {
    /// An instrument's updates, trades and snapshots.
    static func market(_ venue: String, _ symbol: String) -> String { "terrace:{\(venue):\(symbol)}:md" }
    /// The key of its last snapshot.
    static func book(_ venue: String, _ symbol: String) -> String { "terrace:{\(venue):\(symbol)}:book" }
    /// A venue's heartbeats; the key of the last one is called the same.
    static func feed(_ venue: String) -> String { "terrace:{\(venue)}:feed" }
    /// Where subscribers ask for snapshots of a venue's instruments: on one node for all venues, so that a subscriber needs one
    /// connection for commands, however many nodes there are.
    static func requests(_ venue: String) -> String { "terrace:{ask}:\(venue)" }
}
