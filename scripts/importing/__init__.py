"""How import-plan makes the draft of a plan from a document.

    reading, docx, odt, pdf, text     a file, as passages: paragraphs and rows of tables, each with its place
    letters                           old encodings and hidden characters, as plain Unicode
    expressions                       the words of a date, as what a plan says for them
    people                            the words for agencies, as ids
    document                          what kind of document it is, and which passage asks for what
    draft                             the plan that comes of it
"""
