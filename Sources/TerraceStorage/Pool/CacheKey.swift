/// A question of any kind, as the name of its answer.
struct CacheKey: Hashable, Sendable {
    private let question: any QueryKey

    init(_ question: some QueryKey) { self.question = question }

    static func == (left: CacheKey, right: CacheKey) -> Bool { left.question.isSame(as: right.question) }

    func hash(into hasher: inout Hasher) { self.question.hash(into: &hasher) }
}

extension QueryKey {
    fileprivate func isSame(as other: any QueryKey) -> Bool { (other as? Self) == self }
}
