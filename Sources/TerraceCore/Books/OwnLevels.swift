/// Our own resting quantity at one level of one side of an instrument, and what the venue shows there.
struct OwnLevel {
    var side: Side
    var key: Int64
    /// What we have resting there that the venue's book shows, or will show with its next word on this level.
    var own: Int64
    /// The part of `own` placed since the venue last spoke of this level: not in `gross` yet.
    var unseen: Int64
    /// What went since the venue last spoke of this level: it may still be in `gross`.
    var fading: Int64
    var fadingSince: Timestamp
    /// What the venue shows.
    var gross: Int64

    /// What stands there without us.
    var net: Int64 { max(0, self.gross - (self.own - self.unseen) - self.fading) }
}
