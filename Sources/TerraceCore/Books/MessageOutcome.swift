/// What a message, or the loss of a book, changed for those who quote on it.
public struct MessageOutcome: Hashable, Sendable {
    /// The pair's consolidated touch or this instrument's touch changed in price, quantity or venues since this was last
    /// told of each. A change by our own orders in between counts, and so does one that was undone.
    public var touchChanged: Bool
    /// A level within the kept top of the pair's consolidated depth changed since this was last told. `false` for pairs
    /// whose depth is not tracked.
    public var depthChanged: Bool
    /// The instrument is in the consolidated book now.
    public var isLive: Bool
    /// It came into it with this message.
    public var becameLive: Bool

    /// An outcome of these parts.
    public init(touchChanged: Bool, depthChanged: Bool, isLive: Bool, becameLive: Bool) {
        self.touchChanged = touchChanged
        self.depthChanged = depthChanged
        self.isLive = isLive
        self.becameLive = becameLive
    }
}
