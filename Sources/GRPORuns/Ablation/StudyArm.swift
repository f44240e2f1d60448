/// One column of a study: the base recipe with some settings changed, or a control.
package struct StudyArm: Sendable {
    package let name: String
    /// Nil for an arm that the study's file names.
    package let control: StudyControl?
    /// The changes, as `--set` takes them: a path and a value, each with its place.
    let settings: [RecipeNode.Entry]
    /// Where it is written.
    let place: Place

    init(name: String, settings: [RecipeNode.Entry], at place: Place) {
        self.name = name
        control = nil
        self.settings = settings
        self.place = place
    }

    init(_ control: StudyControl) {
        name = control.rawValue
        self.control = control
        settings = []
        place = .fragment("control \(control.rawValue)")
    }
}
